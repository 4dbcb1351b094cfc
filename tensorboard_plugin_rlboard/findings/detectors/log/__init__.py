"""Can the numbers be trusted at all?"""
