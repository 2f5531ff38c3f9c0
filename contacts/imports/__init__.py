"""The import room: files in (vCard, CSV, XLSX), contacts out. Rules: product.md §6."""
