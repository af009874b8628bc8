"""gRPC's health checking protocol: whether the service takes calls.

https://github.com/grpc/grpc/blob/master/doc/health-checking.md
"""
