"""From views to HTML, for what is shown by the hundred: comments, rows of lists, feeds. Markup: docs/develop/interface.md."""
