"""The formats of data files: one module for each, all of them giving a `Table`."""
