"""Who may do what with which resource: all answers to an access that leaves one of the three open."""
