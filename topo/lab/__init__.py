"""The running lab: roles started, proven ready, and handed to experiments."""
