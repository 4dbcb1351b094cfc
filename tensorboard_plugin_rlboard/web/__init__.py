"""HTTP: arguments read into questions, the table of routes, answers as JSON. Used by the plugin only."""
