-- What a memory is searched by stays in its row where a page holds both. A search reads it of hundreds of memories: out of the row each
-- would be three pages more, and 100,000 memories take no more space by it. Rows that are there move when they are changed.
alter table clambake.memory set (toast_tuple_target = 8160);
