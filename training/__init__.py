"""Programs that make what the package ships: word lists, the bundled model, the numbers of fusion."""
