"""start: what a server begins with - territories, election, questionnaires, the first person, an
example. It uses every room; no room uses it."""
