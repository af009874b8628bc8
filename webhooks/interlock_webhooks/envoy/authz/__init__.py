"""External authorization: may this request pass? Over gRPC and over HTTP."""
