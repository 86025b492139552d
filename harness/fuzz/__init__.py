"""Programs that give the parsers in lib/ what nobody would send, and what they are given."""
