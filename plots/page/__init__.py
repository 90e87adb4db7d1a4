"""What makes the page: reading result files, drawing figures, tables, words. Standard library and Jinja2 alone."""
