-- case: po_row_filter
CREATE POLICY p ON SCHEMA main.s ROW FILTER g.f TO analysts FOR TABLES;
-- case: po_row_filter_full
CREATE OR REPLACE POLICY p ON CATALOG main COMMENT 'c' ROW FILTER g.f TO `a b`, c EXCEPT admins, `d@e.test` FOR TABLES
WHEN has_tag_value('k', 'v') AND NOT has_tag('x') MATCH COLUMNS has_tag('region') AS r, has_tag_value('a', 'b') OR has_tag('z') q USING COLUMNS (r, 'x', 1);
-- case: po_column_mask
CREATE POLICY p ON TABLE main.s.t COLUMN MASK g.m TO everyone FOR TABLES MATCH COLUMNS has_tag('pii') AS c ON COLUMN c;
-- case: po_column_mask_full
CREATE POLICY p ON SCHEMA s COLUMN MASK g.m TO a EXCEPT b FOR TABLES WHEN has_tag('x') MATCH COLUMNS has_tag_value('pii', 'email') AS c, has_tag('k') d ON COLUMN c USING COLUMNS (d);
-- case: po_metastore
CREATE POLICY p ON METASTORE ROW FILTER f TO a FOR TABLES MATCH COLUMNS has_tag('x');
-- case: po_drop
DROP POLICY p ON SCHEMA main.s; DROP POLICY IF EXISTS p ON TABLE t;
-- case: cn_connection
CREATE CONNECTION pg TYPE postgresql OPTIONS (host 'h', port '5432', user 'u', password secret('scope', 'key'));
-- case: cn_connection_full
CREATE CONNECTION IF NOT EXISTS c TYPE MYSQL OPTIONS (host = 'h', trustServerCertificate = true) COMMENT 'x' PROPERTIES (a = 'b');
-- case: cn_server
CREATE SERVER s TYPE sqlserver OPTIONS ('host' 'h');
-- case: lo_external_location
CREATE EXTERNAL LOCATION IF NOT EXISTS l URL 's3://b/x' WITH (STORAGE CREDENTIAL c) COMMENT 'x';
-- case: lo_external_location_short
CREATE EXTERNAL LOCATION `the l` URL 's3://b/x' WITH (CREDENTIAL c);
-- case: sr_share
CREATE SHARE s; CREATE SHARE IF NOT EXISTS s COMMENT 'x';
-- case: sr_recipient
CREATE RECIPIENT r; CREATE RECIPIENT IF NOT EXISTS r USING ID 'aws:us:x' COMMENT 'c' PROPERTIES ('a' = 'b');
-- case: gr_all
GRANT ALL PRIVILEGES ON CATALOG c TO `data team`;
-- case: gr_several
GRANT USE SCHEMA, SELECT, EXECUTE, READ VOLUME ON SCHEMA c.s TO g;
-- case: gr_underscores
GRANT USE_CATALOG ON CATALOG c TO g; GRANT ALL_PRIVILEGES ON TABLE t TO g;
-- case: gr_catalog_current
GRANT USE CATALOG ON CATALOG TO g;
-- case: gr_connection
GRANT USE CONNECTION ON CONNECTION c TO g; GRANT CREATE FOREIGN CATALOG ON SERVER c TO g;
-- case: gr_clean_room
GRANT EXECUTE CLEAN ROOM TASK ON CLEAN ROOM r TO g;
-- case: gr_external_location
GRANT READ FILES, CREATE EXTERNAL TABLE ON EXTERNAL LOCATION l TO g;
-- case: gr_external_metadata
GRANT MODIFY ON EXTERNAL METADATA m TO g;
-- case: gr_function
GRANT EXECUTE ON FUNCTION c.s.f TO g;
-- case: gr_procedure
GRANT EXECUTE ON PROCEDURE c.s.p TO g;
-- case: gr_metastore
GRANT CREATE CATALOG ON METASTORE TO g;
-- case: gr_schema
GRANT USE SCHEMA ON SCHEMA s TO g; GRANT SELECT ON DATABASE d TO g;
-- case: gr_share
GRANT SELECT ON SHARE s TO RECIPIENT r;
-- case: gr_credentials
GRANT READ FILES ON STORAGE CREDENTIAL c TO g; GRANT ACCESS ON SERVICE CREDENTIAL c TO g; GRANT MANAGE ON CREDENTIAL c TO g;
-- case: gr_table
GRANT SELECT ON TABLE t TO g; GRANT SELECT ON c.s.t TO g; GRANT MODIFY ON table TO g;
-- case: gr_views
GRANT REFRESH ON MATERIALIZED VIEW m TO g; GRANT SELECT ON VIEW v TO g;
-- case: gr_volume
GRANT WRITE VOLUME ON VOLUME c.s.v TO g;
-- case: gr_principals
GRANT SELECT ON TABLE t TO `a@b.test`; GRANT SELECT ON TABLE t TO `0f8fad5b-d9cb-469f-a165-70867728950e`; GRANT SELECT ON TABLE t TO `account users`;
-- case: gr_revoke
REVOKE ALL PRIVILEGES ON SCHEMA s FROM g; REVOKE SELECT, MODIFY ON t FROM `a b`;
-- case: gr_deny
DENY SELECT ON TABLE hive_metastore.s.t TO g; DENY USAGE, SELECT ON SCHEMA hive_metastore.s TO `a b`;
-- case: tg_set_tag
SET TAG ON CATALOG c env = prod; SET TAG ON SCHEMA c.s a = `b c`; SET TAG ON DATABASE s a; SET TAG ON TABLE c.s.t pii;
-- case: tg_set_tag_column
SET TAG ON COLUMN c.s.t.email pii = email; SET TAG ON COLUMN t.email pii;
-- case: tg_set_tag_others
SET TAG ON VIEW v a = b; SET TAG ON VOLUME c.s.v a; SET TAG ON FUNCTION f a = b; SET TAG ON PROCEDURE p a; SET TAG ON EXTERNAL METADATA m a = b;
-- case: tg_unset_tag
UNSET TAG ON COLUMN c.s.t.email pii; UNSET TAG ON CATALOG c env; UNSET TAG ON TABLE t `a b`;
-- case: cm_comment_on
COMMENT ON CATALOG c IS 'x'; COMMENT ON SCHEMA s IS "y"; COMMENT ON DATABASE s IS 'a' 'b'; COMMENT ON TABLE t IS NULL; COMMENT ON VOLUME c.s.v IS 'x';
-- case: cm_comment_on_column
COMMENT ON COLUMN c.s.t.a IS 'x'; COMMENT ON COLUMN t.a IS NULL;
-- case: cm_comment_on_others
COMMENT ON CONNECTION c IS 'x'; COMMENT ON PROVIDER p IS 'x'; COMMENT ON RECIPIENT r IS 'x'; COMMENT ON SHARE s IS 'x';
-- case: ct_catalog
CREATE CATALOG c; CREATE CATALOG IF NOT EXISTS c COMMENT 'x'; CREATE CATALOG c MANAGED LOCATION 's3://b' DEFAULT COLLATION UNICODE;
-- case: ct_catalog_share
CREATE CATALOG c USING SHARE p.s COMMENT 'x';
-- case: ct_catalog_foreign
CREATE FOREIGN CATALOG IF NOT EXISTS c USING CONNECTION pg COMMENT 'x' OPTIONS (database 'd', a = 'b');
-- case: ct_schema
CREATE SCHEMA c.s; CREATE SCHEMA IF NOT EXISTS s COMMENT 'x' LOCATION 's3://b' WITH DBPROPERTIES (a = 'b', c.d 1); CREATE DATABASE d MANAGED LOCATION 's3://b';
-- case: ct_schema_collation
CREATE SCHEMA s DEFAULT COLLATION UTF8_LCASE;
-- case: ct_volume
CREATE VOLUME c.s.v COMMENT 'x'; CREATE EXTERNAL VOLUME IF NOT EXISTS v LOCATION 's3://b' COMMENT 'y';
-- case: fn_scalar
CREATE FUNCTION c.s.f(a INT, b STRING DEFAULT 'x' COMMENT 'y') RETURNS STRING COMMENT 'z' RETURN concat(b, a);
-- case: fn_characteristics
CREATE OR REPLACE FUNCTION f(a INT) RETURNS INT LANGUAGE SQL NOT DETERMINISTIC CONTAINS SQL SQL SECURITY DEFINER DEFAULT COLLATION UTF8_BINARY COMMENT 'c' RETURN a;
-- case: fn_reads_data
CREATE FUNCTION f() RETURNS INT READS SQL DATA DETERMINISTIC RETURN (SELECT max(a) FROM t);
-- case: fn_temporary
CREATE TEMPORARY FUNCTION f(a INT) RETURNS INT RETURN a + 1;
-- case: fn_if_not_exists
CREATE FUNCTION IF NOT EXISTS f() RETURNS DATE RETURN current_date();
-- case: fn_table
CREATE FUNCTION f(a INT) RETURNS TABLE (x INT COMMENT 'c', y STRING) RETURN SELECT a, 'b'; CREATE FUNCTION g() RETURNS TABLE RETURN SELECT 1 AS a;
-- case: fn_python
CREATE FUNCTION f(a STRING) RETURNS STRING LANGUAGE PYTHON AS $$
return a.upper()  # a; b
$$;
-- case: fn_python_options
CREATE FUNCTION f(a STRING) RETURNS STRING LANGUAGE PYTHON PARAMETER STYLE PANDAS HANDLER 'h' ENVIRONMENT (dependencies = '["x"]', environment_version = 'None') AS $$def h(x): return x$$;
-- case: mv_metric_view
CREATE OR REPLACE VIEW c.s.m WITH METRICS LANGUAGE YAML AS $$
version: 1.1
source: c.s.t
dimensions: [{name: a, expr: a}]
$$;
-- case: mv_metric_view_full
CREATE VIEW IF NOT EXISTS m (a COMMENT 'x', b) WITH METRICS LANGUAGE YAML COMMENT 'c' TBLPROPERTIES ('k' = 'v') AS $$version: 1.1$$;
