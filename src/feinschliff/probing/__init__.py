"""Which knobs does this endpoint honour?"""
