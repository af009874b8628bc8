"""Approvals: somebody's word that one access which policies deny may go on, once it was asked for.

Knows no protocol but that of asking for one; policies say what an approval is good for.
"""
