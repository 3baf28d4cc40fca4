"""What a run will cost: work from rates or from a pilot, wall time from pools, money from prices.

Recipe, Plan, Host, Rates --work.of--> Work of each stage --pools, wall--> Estimate --> table
"""
