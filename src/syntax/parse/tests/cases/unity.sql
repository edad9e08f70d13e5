-- case: uc_create_catalog
CREATE CATALOG IF NOT EXISTS c MANAGED LOCATION 's3://b/c' COMMENT 'the catalog' DEFAULT COLLATION UTF8_BINARY;
-- case: uc_create_foreign_catalog
CREATE FOREIGN CATALOG f USING CONNECTION pg OPTIONS (database 'x', port = '1');
-- case: uc_create_share_catalog
CREATE CATALOG c USING SHARE provider.share;
-- case: uc_create_schema
CREATE SCHEMA IF NOT EXISTS c.s COMMENT 'x' MANAGED LOCATION 's3://b' WITH DBPROPERTIES (a = 'b'); CREATE DATABASE d;
-- case: uc_drop_schema
DROP SCHEMA IF EXISTS c.s CASCADE; DROP DATABASE d RESTRICT;
-- case: uc_drop_catalog
DROP CATALOG c CASCADE;
-- case: uc_create_volume
CREATE VOLUME IF NOT EXISTS c.s.v COMMENT 'landing';
-- case: uc_create_external_volume
CREATE EXTERNAL VOLUME c.s.v LOCATION 's3://b/v';
-- case: uc_create_function_sql
CREATE OR REPLACE FUNCTION c.s.mask(v STRING COMMENT 'x', n INT DEFAULT 1 + 1 COMMENT 'y') RETURNS STRING LANGUAGE SQL DETERMINISTIC COMMENT 'm'
RETURN CASE WHEN is_account_group_member('admins') THEN v ELSE concat(left(v, n), '***') END;
-- case: uc_create_function_table
CREATE FUNCTION IF NOT EXISTS f() RETURNS TABLE (a INT, b STRING COMMENT 'x') READS SQL DATA RETURN SELECT 1, 'b';
-- case: uc_create_function_query
CREATE TEMPORARY FUNCTION f(x INT) RETURNS INT RETURN SELECT max(a) FROM t WHERE b = x;
-- case: uc_create_function_python
CREATE FUNCTION g(x DECIMAL(12, 2)) RETURNS DOUBLE LANGUAGE PYTHON NOT DETERMINISTIC AS $$
def f(x): return x * 2; # a semicolon
return f(x)
$$;
-- case: uc_create_function_row_filter
CREATE FUNCTION by_region(region STRING) RETURN IF(is_account_group_member('admin'), true, region = 'US');
-- case: uc_alter_table_tags
ALTER TABLE t SET TAGS ('domain' = 'sales', 'gold');
-- case: uc_alter_column_tags
ALTER TABLE c.s.t ALTER COLUMN email SET TAGS ('pii' = 'email'); ALTER TABLE t COLUMN email UNSET TAGS ('pii');
-- case: uc_alter_unset_tags
ALTER TABLE t UNSET TAGS ('a', 'b');
-- case: uc_set_tag_on
SET TAG ON COLUMN c.s.t.email pii = `yes`; SET TAG ON SCHEMA c.s domain; UNSET TAG ON TABLE c.s.t pii;
-- case: uc_alter_column_mask
ALTER TABLE t ALTER COLUMN email SET MASK gov.mask USING COLUMNS (region, 'x');
-- case: uc_alter_drop_mask
ALTER TABLE t ALTER COLUMN email DROP MASK;
-- case: uc_alter_row_filter
ALTER TABLE t SET ROW FILTER gov.f ON (a, b); ALTER TABLE t SET ROW FILTER gov.f ON ();
-- case: uc_alter_drop_row_filter
ALTER TABLE t DROP ROW FILTER;
-- case: uc_alter_table_owner
ALTER TABLE t SET OWNER TO `data team`;
-- case: uc_alter_schema_owner
ALTER SCHEMA c.s OWNER TO x;
-- case: uc_alter_catalog_tags
ALTER CATALOG c SET TAGS ('env' = 'dev');
-- case: uc_alter_volume
ALTER VOLUME c.s.v SET TAGS ('a' = 'b');
-- case: uc_grant_select
GRANT SELECT ON TABLE main.s.t TO `data readers`;
-- case: uc_grant_multi
GRANT USE SCHEMA, SELECT, EXECUTE ON SCHEMA main.s TO analysts;
-- case: uc_grant_catalog
GRANT USE CATALOG, BROWSE ON CATALOG main TO analysts; GRANT USE_CATALOG ON CATALOG main TO analysts;
-- case: uc_grant_all
GRANT ALL PRIVILEGES ON SCHEMA main.s TO x; GRANT ALL ON SCHEMA main.s TO x;
-- case: uc_grant_volume
GRANT READ VOLUME, WRITE VOLUME ON VOLUME main.s.v TO x;
-- case: uc_grant_function
GRANT EXECUTE ON FUNCTION main.s.f TO x;
-- case: uc_grant_metastore
GRANT CREATE CATALOG ON METASTORE TO x;
-- case: uc_grant_ext_location
GRANT READ FILES ON EXTERNAL LOCATION landing TO x;
-- case: uc_grant_credential
GRANT ACCESS ON SERVICE CREDENTIAL c TO x; GRANT CREATE EXTERNAL LOCATION ON STORAGE CREDENTIAL c TO x;
-- case: uc_grant_mv
GRANT REFRESH ON MATERIALIZED VIEW main.s.m TO x;
-- case: uc_grant_connection
GRANT USE CONNECTION ON CONNECTION pg TO x;
-- case: uc_grant_manage
GRANT MANAGE, APPLY TAG ON TABLE main.s.t TO x;
-- case: uc_grant_no_type
GRANT SELECT ON main.s.t TO x; GRANT SELECT ON schema TO x;
-- case: uc_revoke
REVOKE SELECT, MODIFY ON TABLE main.s.t FROM `a@b.test`;
-- case: uc_show_grants
SHOW GRANTS `data readers` ON SCHEMA main.s;
-- case: uc_show_grants_on
SHOW GRANTS ON TABLE main.s.t;
-- case: uc_comment_on_table
COMMENT ON TABLE main.s.t IS 'it''s ' 'a table';
-- case: uc_comment_on_column
COMMENT ON COLUMN main.s.t.c IS "x";
-- case: uc_comment_on_catalog
COMMENT ON CATALOG c IS 'x';
-- case: uc_comment_null
COMMENT ON SCHEMA s IS NULL;
-- case: uc_use
USE CATALOG c; USE SCHEMA s; SET CATALOG c;
