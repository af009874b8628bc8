"""The server's side of HTTP/2 (RFC 9113), as far as gRPC needs it. No I/O.

Bytes come in, a `Receiver` is told what they mean, bytes go out. There is no push, no
priority, no upgrade and no CONNECT, and what is sent isn't compressed. HPACK
(RFC 7541) is the hpack library's.
"""
