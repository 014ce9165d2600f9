"""Pure functions on text: Markdown, mentions, links, names, filters, languages. Imports nothing of ours."""
