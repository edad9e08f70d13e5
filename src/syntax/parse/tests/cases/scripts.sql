-- case: sc_begin_end
BEGIN
  DECLARE x INT DEFAULT 1;
  SET x = x + 1;
  SELECT x;
END;
-- case: sc_empty
BEGIN END;
-- case: sc_atomic
BEGIN ATOMIC INSERT INTO t VALUES (1); DELETE FROM u; END;
-- case: sc_labels
outer_block: BEGIN
  inner_block: BEGIN SELECT 1; END inner_block;
END outer_block;
-- case: sc_declare_several
BEGIN DECLARE a, b STRING; DECLARE c DEFAULT current_date(); DECLARE VARIABLE d ARRAY<INT> = array(1); END;
-- case: sc_declare_condition
BEGIN DECLARE missing CONDITION; DECLARE bad CONDITION FOR SQLSTATE '45000'; SELECT 1; END;
-- case: sc_declare_cursor
BEGIN DECLARE c CURSOR FOR SELECT a FROM t; DECLARE d INSENSITIVE CURSOR FOR VALUES (1); OPEN c; CLOSE c; END;
-- case: sc_handler
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SELECT 'failed'; END;
  SELECT 1 / 0;
END;
-- case: sc_handler_kinds
BEGIN
  DECLARE a INT;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET a = 1;
  DECLARE EXIT HANDLER FOR SQLSTATE VALUE '22012', DIVIDE_BY_ZERO SIGNAL again;
END;
-- case: sc_order_of_declarations
BEGIN DECLARE a INT; DECLARE c CURSOR FOR SELECT 1; DECLARE EXIT HANDLER FOR NOT FOUND SELECT 1; SELECT 2; END;
-- case: sc_if
BEGIN IF x > 1 THEN SELECT 1; ELSEIF x = 0 THEN SELECT 2; SELECT 3; ELSE SELECT 4; END IF; END;
-- case: sc_if_call
BEGIN IF if(a, b, c) THEN SELECT 1; END IF; END;
-- case: sc_case_searched
BEGIN CASE WHEN x > 1 THEN SELECT 1; WHEN CASE WHEN y THEN 1 ELSE 0 END = 1 THEN SELECT 2; ELSE SELECT 3; END CASE; END;
-- case: sc_case_simple
BEGIN CASE x WHEN 1 THEN SELECT 'a'; WHEN 2 THEN SELECT 'b'; END CASE; END;
-- case: sc_while
BEGIN l: WHILE x < 10 DO SET x = x + 1; IF x = 5 THEN LEAVE l; END IF; END WHILE l; END;
-- case: sc_repeat
BEGIN REPEAT SET x = x + 1; UNTIL x > 10 END REPEAT; END;
-- case: sc_loop
BEGIN l: LOOP SET x = x + 1; IF x < 5 THEN ITERATE l; END IF; LEAVE l; END LOOP l; END;
-- case: sc_for
BEGIN FOR r AS SELECT a, b FROM t WHERE c DO INSERT INTO u VALUES (r.a, r.b); END FOR; END;
-- case: sc_for_without_variable
BEGIN FOR SELECT a FROM t DO SELECT a; END FOR; END;
-- case: sc_fetch
BEGIN DECLARE c CURSOR FOR SELECT a, b FROM t; OPEN c; FETCH c INTO x, y; FETCH NEXT FROM c INTO x, y; CLOSE c; END;
-- case: sc_signal
BEGIN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no ' || x; SIGNAL bad SET MESSAGE_ARGUMENTS = map('a', 'b'); END;
-- case: sc_resignal
BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN RESIGNAL; RESIGNAL SET MESSAGE_TEXT = 'x'; RESIGNAL bad; END; END;
-- case: sc_diagnostics
BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN GET DIAGNOSTICS CONDITION 1 m = MESSAGE_TEXT, s = RETURNED_SQLSTATE; END; END;
-- case: sc_set_several
BEGIN SET (a, b) = (SELECT 1, 2); SET a = 1, b = DEFAULT; SET VAR c = (SELECT max(x) FROM t); END;
-- case: sc_statements
BEGIN CREATE TABLE t (a INT); MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE; UPDATE t SET a = 1; EXECUTE IMMEDIATE 'SELECT 1'; CALL p(); END;
-- case: sc_nested_case_expression
BEGIN SELECT CASE WHEN a THEN CASE b WHEN 1 THEN 2 END END AS c FROM t; END; SELECT 1;
-- case: sc_names_like_keywords
BEGIN SELECT t.begin, t.end, w.case FROM t; END; SELECT 2;
-- case: sc_deep
BEGIN WHILE a DO IF b THEN CASE c WHEN 1 THEN BEGIN LOOP SELECT 1; END LOOP; END; END CASE; END IF; END WHILE; END;
-- case: sc_procedure
CREATE OR REPLACE PROCEDURE c.s.p(IN a INT, OUT b STRING COMMENT 'x', INOUT d DATE, e INT DEFAULT 1 + 1)
LANGUAGE SQL SQL SECURITY INVOKER COMMENT 'c' NOT DETERMINISTIC MODIFIES SQL DATA AS BEGIN SET b = 'x'; SELECT a; END;
-- case: sc_procedure_short
CREATE PROCEDURE IF NOT EXISTS p() LANGUAGE SQL DEFAULT COLLATION UTF8_BINARY AS BEGIN SELECT 1; END; SELECT 2;
-- case: sc_procedure_parameters_like_modes
CREATE PROCEDURE p(in INT, out STRING) AS BEGIN SELECT 1; END;
-- case: sc_execute_immediate
EXECUTE IMMEDIATE 'SELECT max(a) FROM t WHERE b = ? AND c = :n' INTO x, y USING 1, 'z' AS n;
-- case: sc_execute_immediate_expression
EXECUTE IMMEDIATE concat('SELECT ', :c) USING (a AS first, b + 1);
-- case: sc_execute_immediate_plain
EXECUTE IMMEDIATE v;
-- case: sc_declare_variable
DECLARE OR REPLACE VARIABLE v INT DEFAULT 5;
-- case: sc_declare_variable_forms
DECLARE a STRING; DECLARE VARIABLE b = 1; DECLARE x, y DATE DEFAULT DATE '2024-01-01'; DECLARE OR REPLACE z DEFAULT (SELECT max(q) FROM t);
-- case: sc_set_variable
SET VAR v = v + 1; SET VARIABLE a = 1, b = 'x'; SET VAR (a, b) = (SELECT 1, 'y'); SET VAR c = DEFAULT;
-- case: sc_drop_variable
DROP TEMPORARY VARIABLE IF EXISTS v; DROP VARIABLE system.session.w;
-- case: sc_call
CALL c.s.p(1, b => 'x', c => f(2, 3)); CALL p();
-- case: sc_transaction
BEGIN TRANSACTION; COMMIT; ROLLBACK;
-- case: sc_settings
SET; SET spark.sql.ansi.enabled; RESET; RESET spark.sql.ansi.enabled;
-- case: sc_time_zone
SET TIME ZONE 'UTC'; SET TIME ZONE LOCAL; SET TIME ZONE INTERVAL 1 HOUR;
-- case: sc_widgets
CREATE WIDGET TEXT region DEFAULT 'eu'; CREATE WIDGET DROPDOWN state DEFAULT 'CA' CHOICES SELECT s FROM t; REMOVE WIDGET state;
-- case: nb_notebook
-- Databricks notebook source
-- MAGIC %md
-- MAGIC # A title; with a semicolon

-- COMMAND ----------

CREATE OR REFRESH STREAMING TABLE a AS SELECT * FROM STREAM(x)

-- COMMAND ----------

-- DBTITLE 1,The second
SELECT 1;
SELECT 2

-- COMMAND ----------

-- MAGIC %python
-- MAGIC print("a; b")
-- case: nb_block_in_a_cell
-- Databricks notebook source
BEGIN SELECT 1; SELECT 2; END
-- COMMAND ----------
SELECT 3
