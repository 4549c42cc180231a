"""Kubernetes: the API, the scheduler, the controllers, the kubelet, its network and storage."""
