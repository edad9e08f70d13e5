-- case: policy_grant
CREATE POLICY p ON CATALOG c GRANT SELECT TO x FOR TABLES;
-- case: policy_deny
CREATE POLICY p ON SCHEMA s COMMENT 'x' DENY SELECT TO x FOR TABLES;
-- case: bloomfilter
CREATE BLOOMFILTER INDEX ON TABLE t FOR COLUMNS (a); DROP BLOOMFILTER INDEX ON TABLE t;
-- case: control_outside_of_a_block
IF x THEN SELECT 1;
-- case: files
PUT 'a' INTO '/Volumes/c/s/v/a'; GET '/Volumes/c/s/v/a' TO 'a'; REMOVE '/Volumes/c/s/v/a';
-- case: resources
ADD JAR '/a.jar';
-- case: recipient_of_a_session
SET RECIPIENT r;
-- case: a_name_that_is_computed
CREATE TABLE IDENTIFIER(:t) (a INT); USE CATALOG IDENTIFIER(:c); DROP TABLE IDENTIFIER(concat('a', 'b')); INSERT INTO IDENTIFIER(:t) VALUES (1);

-- case: load_data
LOAD DATA INPATH '/mnt/visits.csv' OVERWRITE INTO TABLE visits;
