"""The fabric's controller: routes as desired state, sent as OpenFlow."""
