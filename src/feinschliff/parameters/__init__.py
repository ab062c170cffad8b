"""The catalogue of request parameters, the search space and the wire format."""
