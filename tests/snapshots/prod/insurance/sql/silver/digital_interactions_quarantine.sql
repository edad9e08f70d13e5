

-- Every record of digital_interactions_raw that digital_interactions_clean does not hold, as delivered, with the
-- reason: one row a record. Both tables decide with the same macro; a check of the daily job proves that no record is
-- lost.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`silver`.`digital_interactions_quarantine` (
  interaction_id STRING COMMENT 'interaction_id as delivered',
  member_id STRING COMMENT 'member_id as delivered',
  interaction_timestamp STRING COMMENT 'interaction_timestamp as delivered',
  interaction_date STRING COMMENT 'interaction_date as delivered',
  interaction_type STRING COMMENT 'interaction_type as delivered',
  outcome STRING COMMENT 'outcome as delivered',
  session_duration_seconds STRING COMMENT 'session_duration_seconds as delivered',
  reject_reason STRING COMMENT 'Codes of the rules that the record breaks, separated by a comma; superseded_duplicate when a later delivery of the same record was accepted',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
)
COMMENT 'Digital interactions that did not pass, with the reason.'
TBLPROPERTIES ("quality" = "quarantine")
AS WITH records AS (
  SELECT
    NULLIF(TRIM(interaction_id), '') AS interaction_id,
    NULLIF(TRIM(member_id), '') AS member_id,
    CASE
      WHEN LENGTH(interaction_timestamp) = 19
        AND SUBSTRING(interaction_timestamp, 17, 1) = ':'
        AND LEFT(interaction_timestamp, 10) = interaction_date
        AND TRY_CAST(interaction_timestamp AS TIMESTAMP) IS NOT NULL
        THEN TRY_CAST(interaction_date AS DATE)
      ELSE CAST(TRY_CAST(interaction_timestamp AS TIMESTAMP) AS DATE)
    END AS interaction_date,
    TRY_CAST(interaction_date AS DATE) AS reported_interaction_date,
    TRY_CAST(interaction_timestamp AS TIMESTAMP) AS interaction_timestamp,
    LOWER(NULLIF(TRIM(interaction_type), '')) AS interaction_type,
    LOWER(NULLIF(TRIM(outcome), '')) AS outcome,
    NULLIF(TRIM(failure_reason), '') AS failure_reason,
    TRY_CAST(TRY_CAST(session_duration_seconds AS DECIMAL(18, 2)) AS INT) AS session_duration_seconds,
    LOWER(NULLIF(TRIM(device), '')) AS device,
    NULLIF(TRIM(page), '') AS page,
    NULLIF(TRIM(error_code), '') AS error_code,
    NULLIF(TRIM(error_message), '') AS error_message,
    NULLIF(TRIM(session_id), '') AS session_id,
    interaction_id AS delivered_interaction_id,
    member_id AS delivered_member_id,
    interaction_date AS delivered_interaction_date,
    interaction_timestamp AS delivered_interaction_timestamp,
    interaction_type AS delivered_interaction_type,
    outcome AS delivered_outcome,
    failure_reason AS delivered_failure_reason,
    session_duration_seconds AS delivered_session_duration_seconds,
    device AS delivered_device,
    page AS delivered_page,
    error_code AS delivered_error_code,
    error_message AS delivered_error_message,
    session_id AS delivered_session_id,
    _rescued_data,
    _source_file,
    _source_modified_at,
    _ingested_at
  FROM `insurance_command_center`.`bronze`.`digital_interactions_raw`
),
judged AS (
  SELECT
    r.*,
    m.member_id AS known_member_id,
    (session_duration_seconds IS NULL AND NULLIF(TRIM(delivered_session_duration_seconds), '') IS NOT NULL) AS has_unreadable_measure,
    COALESCE(
      CASE
        WHEN interaction_timestamp > _source_modified_at THEN interaction_date > DATE_ADD(
          GREATEST(
            CAST(_source_modified_at AS DATE),
            TRY_TO_DATE(REGEXP_EXTRACT(_source_file, '_([0-9]{8})[^/]*$', 1), 'yyyyMMdd')
          ),
          1
        )
      END,
      FALSE
    ) AS is_dated_ahead,
    NULLIF(CONCAT_WS(
      ', ',
      CASE
        WHEN NULLIF(TRIM(delivered_interaction_id), '') IS NULL THEN 'missing_interaction_id'
        WHEN interaction_id IS NULL THEN 'unreadable_interaction_id'
      END,
      CASE
        WHEN NULLIF(TRIM(delivered_interaction_timestamp), '') IS NULL THEN 'missing_interaction_timestamp'
        WHEN interaction_timestamp IS NULL THEN 'unreadable_interaction_timestamp'
      END,
      CASE WHEN session_duration_seconds IS NULL AND NULLIF(TRIM(delivered_session_duration_seconds), '') IS NOT NULL THEN 'unreadable_session_duration_seconds' END,
      CASE WHEN NOT COALESCE(session_duration_seconds >= 0, TRUE) THEN 'negative_session_duration_seconds' END,
      CASE WHEN NOT COALESCE(
      CAST(interaction_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    ) THEN 'implausible_interaction_timestamp' END,
      CASE
        WHEN COALESCE(
      CAST(interaction_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    ) AND COALESCE(
      CASE
        WHEN interaction_timestamp > _source_modified_at THEN interaction_date > DATE_ADD(
          GREATEST(
            CAST(_source_modified_at AS DATE),
            TRY_TO_DATE(REGEXP_EXTRACT(_source_file, '_([0-9]{8})[^/]*$', 1), 'yyyyMMdd')
          ),
          1
        )
      END,
      FALSE
    ) THEN 'interaction_timestamp_after_file'
      END,
      CASE
        WHEN r.member_id IS NULL THEN 'missing_member_id'
        WHEN m.member_id IS NULL THEN 'unknown_member_id'
      END
    ), '') AS reject_reason
  FROM records r
  LEFT JOIN `insurance_command_center`.`silver`.`members_current` m ON m.member_id = r.member_id
),
-- Few records are delivered more than once. Ranking only those spares sorting all the others.
contested AS (
  SELECT NULLIF(TRIM(interaction_id), '') AS contested_key
  FROM `insurance_command_center`.`bronze`.`digital_interactions_raw`
  GROUP BY NULLIF(TRIM(interaction_id), '')
  HAVING COUNT(*) > 1
),
flagged AS (
  SELECT j.*, c.contested_key IS NOT NULL AS is_contested
  FROM judged j
  LEFT JOIN contested c ON c.contested_key = j.interaction_id
),
decided AS (
  SELECT *, IF(reject_reason IS NULL, 'accepted', 'rejected') AS verdict
  FROM flagged
  WHERE NOT is_contested
  UNION ALL
  -- File names carry their date, so the greatest path is the latest delivery. The order is total: records
  -- that tie in all of it are equal, so that it does not matter which of them is taken.
  SELECT
    *,
    CASE
      WHEN reject_reason IS NOT NULL THEN 'rejected'
      WHEN ROW_NUMBER() OVER (
        PARTITION BY interaction_id, reject_reason IS NULL
        ORDER BY
          _source_file DESC,
          _source_modified_at DESC,
          interaction_timestamp DESC,
          _ingested_at DESC,
          delivered_interaction_id,
          delivered_member_id,
          delivered_interaction_date,
          delivered_interaction_timestamp,
          delivered_interaction_type,
          delivered_outcome,
          delivered_failure_reason,
          delivered_session_duration_seconds,
          delivered_device,
          delivered_page,
          delivered_error_code,
          delivered_error_message,
          delivered_session_id,
          _rescued_data
      ) = 1 THEN 'accepted'
      ELSE 'superseded'
    END AS verdict
  FROM flagged
  WHERE is_contested
)
SELECT
  delivered_interaction_id AS interaction_id,
  delivered_member_id AS member_id,
  delivered_interaction_timestamp AS interaction_timestamp,
  delivered_interaction_date AS interaction_date,
  delivered_interaction_type AS interaction_type,
  delivered_outcome AS outcome,
  delivered_session_duration_seconds AS session_duration_seconds,
  COALESCE(reject_reason, 'superseded_duplicate') AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM decided
WHERE verdict <> 'accepted';
