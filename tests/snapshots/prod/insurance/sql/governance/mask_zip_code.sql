-- The leading digits of a postal code are enough for regional analysis; engineers see all of it.
-- The service principal that runs the pipeline must see clear values, or tables made from them would hold masks.
CREATE OR REPLACE FUNCTION insurance_command_center.silver.mask_zip_code(
  zip_code STRING COMMENT 'Postal code'
)
RETURNS STRING
COMMENT 'Postal code for engineers and the pipeline, its leading digits for everyone else.'
RETURN CASE
  WHEN is_account_group_member('grp-member-experience-engineers')
    OR is_account_group_member('grp-member-experience-service')
    THEN zip_code
  ELSE CONCAT(LEFT(zip_code, 3), REPEAT('X', 5 - 3))
END;
