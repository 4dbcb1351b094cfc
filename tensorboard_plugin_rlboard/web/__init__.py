"""The edge to the web: arguments of requests, and answers as JSON. Only the plugin's routes use it."""
