"""Who the budget and the comparisons belong to."""
