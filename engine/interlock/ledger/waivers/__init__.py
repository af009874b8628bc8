"""How many uses counted waivers have left, and where that is kept."""
