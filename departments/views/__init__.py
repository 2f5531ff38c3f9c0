"""Pages of departments: the list, one department's name and operators. What shows contacts stands in higher apps."""
