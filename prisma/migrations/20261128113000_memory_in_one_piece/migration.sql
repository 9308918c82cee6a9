-- What a memory is searched by stays in its row where a page holds both. A search reads it of hundreds of memories: out of the row each
-- is two pages more. 100,000 memories take 2 % more space by it. Rows that are there move when they are changed.
alter table clambake.memory set (toast_tuple_target = 8160);
