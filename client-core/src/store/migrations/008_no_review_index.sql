-- No question ever read it: the planner takes record_by_form, whatever states are asked for. Its condition, a list of three, made
-- SQLite build a table of its own at every insert, a third of what a record's row cost.
DROP INDEX record_in_review;
