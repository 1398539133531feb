"""ECR's registry: images pushed and pulled by the OCI distribution protocol."""
