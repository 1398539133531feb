"""API Gateway's data plane: calls of the APIs that the embedded service holds."""
