"""Two sequences laid side by side: what is equal in both, what stands in one only, and what stands elsewhere in the other."""
