perl /tests/programs.pl
