"""Are the responses whole, and worth reading?"""
