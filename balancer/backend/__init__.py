"""The backend's side: takes the outer header off, and answers as the VIP."""
