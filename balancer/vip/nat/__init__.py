"""Network address translation: flows through the balancer, there and back."""
