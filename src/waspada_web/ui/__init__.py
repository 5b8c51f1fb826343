"""ui: what all pages share: base page, components, style, small scripts, translations."""
