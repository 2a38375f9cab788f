"""The shipped topic as data: names in seven languages and the rules that use them."""
