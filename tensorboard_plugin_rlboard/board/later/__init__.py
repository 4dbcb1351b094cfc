"""What no first view asks: one object that answers these questions, loaded when the first of them comes."""
