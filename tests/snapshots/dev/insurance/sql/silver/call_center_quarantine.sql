

-- Every record of call_center_raw that call_center_clean does not hold, as delivered, with the reason: one row a
-- record. Both tables decide with the same macro; a check of the daily job proves that no record is lost.
CREATE OR REFRESH MATERIALIZED VIEW `dev_insurance_command_center`.`silver`.`call_center_quarantine` (
  call_id STRING COMMENT 'call_id as delivered',
  member_id STRING COMMENT 'member_id as delivered',
  call_timestamp STRING COMMENT 'call_timestamp as delivered',
  call_date STRING COMMENT 'call_date as delivered',
  call_topic STRING COMMENT 'call_topic as delivered',
  handle_time_minutes STRING COMMENT 'handle_time_minutes as delivered',
  sentiment STRING COMMENT 'sentiment as delivered',
  sentiment_score STRING COMMENT 'sentiment_score as delivered',
  reject_reason STRING COMMENT 'Codes of the rules that the record breaks, separated by a comma; superseded_duplicate when a later delivery of the same record was accepted',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
)
COMMENT 'Calls that did not pass, with the reason.'
TBLPROPERTIES ("quality" = "quarantine")
AS WITH records AS (
  SELECT
    NULLIF(TRIM(call_id), '') AS call_id,
    NULLIF(TRIM(member_id), '') AS member_id,
    CASE
      WHEN LENGTH(call_timestamp) = 19
        AND SUBSTRING(call_timestamp, 17, 1) = ':'
        AND LEFT(call_timestamp, 10) = call_date
        AND TRY_CAST(call_timestamp AS TIMESTAMP) IS NOT NULL
        THEN TRY_CAST(call_date AS DATE)
      ELSE CAST(TRY_CAST(call_timestamp AS TIMESTAMP) AS DATE)
    END AS call_date,
    TRY_CAST(call_date AS DATE) AS reported_call_date,
    TRY_CAST(call_timestamp AS TIMESTAMP) AS call_timestamp,
    COALESCE(CASE LOWER(TRIM(call_topic))
      WHEN 'billing' THEN 'Billing'
      WHEN 'id card' THEN 'ID Card'
      WHEN 'pharmacy' THEN 'Pharmacy'
      WHEN 'claims' THEN 'Claims'
      WHEN 'benefits' THEN 'Benefits'
      WHEN 'provider' THEN 'Provider'
      WHEN 'enrollment' THEN 'Enrollment'
      WHEN 'technical' THEN 'Technical'
      WHEN 'other' THEN 'Other'
      ELSE NULLIF(TRIM(call_topic), '')
    END, 'Other') AS call_topic,
    TRY_CAST(handle_time_minutes AS DECIMAL(9, 2)) AS handle_time_minutes,
    LOWER(NULLIF(TRIM(sentiment), '')) AS sentiment_label,
    TRY_CAST(sentiment_score AS DECIMAL(4, 2)) AS sentiment_score,
    TRY_CAST(is_repeat_call AS BOOLEAN) AS reported_repeat_call,
    TRY_CAST(prior_digital_attempt AS BOOLEAN) AS reported_prior_digital_attempt,
    TRY_CAST(transferred AS BOOLEAN) AS transferred,
    TRY_CAST(resolved AS BOOLEAN) AS resolved,
    NULLIF(TRIM(ivr_route), '') AS ivr_route,
    NULLIF(TRIM(agent_id), '') AS agent_id,
    TRY_CAST(TRY_CAST(wait_seconds AS DECIMAL(18, 2)) AS INT) AS wait_seconds,
    NULLIF(TRIM(transcript), '') AS transcript,
    call_id AS delivered_call_id,
    member_id AS delivered_member_id,
    call_date AS delivered_call_date,
    call_timestamp AS delivered_call_timestamp,
    call_topic AS delivered_call_topic,
    handle_time_minutes AS delivered_handle_time_minutes,
    sentiment AS delivered_sentiment,
    is_repeat_call AS delivered_is_repeat_call,
    prior_digital_attempt AS delivered_prior_digital_attempt,
    transferred AS delivered_transferred,
    resolved AS delivered_resolved,
    sentiment_score AS delivered_sentiment_score,
    ivr_route AS delivered_ivr_route,
    agent_id AS delivered_agent_id,
    wait_seconds AS delivered_wait_seconds,
    transcript AS delivered_transcript,
    _rescued_data,
    _source_file,
    _source_modified_at,
    _ingested_at
  FROM `dev_insurance_command_center`.`bronze`.`call_center_raw`
),
judged AS (
  SELECT
    r.*,
    m.member_id AS known_member_id,
    (handle_time_minutes IS NULL AND NULLIF(TRIM(delivered_handle_time_minutes), '') IS NOT NULL) OR (sentiment_score IS NULL AND NULLIF(TRIM(delivered_sentiment_score), '') IS NOT NULL) AS has_unreadable_measure,
    COALESCE(
      CASE
        WHEN call_timestamp > _source_modified_at THEN call_date > DATE_ADD(
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
        WHEN NULLIF(TRIM(delivered_call_id), '') IS NULL THEN 'missing_call_id'
        WHEN call_id IS NULL THEN 'unreadable_call_id'
      END,
      CASE
        WHEN NULLIF(TRIM(delivered_call_timestamp), '') IS NULL THEN 'missing_call_timestamp'
        WHEN call_timestamp IS NULL THEN 'unreadable_call_timestamp'
      END,
      CASE WHEN handle_time_minutes IS NULL AND NULLIF(TRIM(delivered_handle_time_minutes), '') IS NOT NULL THEN 'unreadable_handle_time_minutes' END,
      CASE WHEN sentiment_score IS NULL AND NULLIF(TRIM(delivered_sentiment_score), '') IS NOT NULL THEN 'unreadable_sentiment_score' END,
      CASE WHEN NOT COALESCE(handle_time_minutes >= 0, TRUE) THEN 'negative_handle_time_minutes' END,
      CASE WHEN NOT COALESCE(sentiment_score BETWEEN -1 AND 1, TRUE) THEN 'sentiment_score_out_of_range' END,
      CASE WHEN NOT COALESCE(
      CAST(call_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    ) THEN 'implausible_call_timestamp' END,
      CASE
        WHEN COALESCE(
      CAST(call_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    ) AND COALESCE(
      CASE
        WHEN call_timestamp > _source_modified_at THEN call_date > DATE_ADD(
          GREATEST(
            CAST(_source_modified_at AS DATE),
            TRY_TO_DATE(REGEXP_EXTRACT(_source_file, '_([0-9]{8})[^/]*$', 1), 'yyyyMMdd')
          ),
          1
        )
      END,
      FALSE
    ) THEN 'call_timestamp_after_file'
      END,
      CASE
        WHEN r.member_id IS NULL THEN 'missing_member_id'
        WHEN m.member_id IS NULL THEN 'unknown_member_id'
      END
    ), '') AS reject_reason
  FROM records r
  LEFT JOIN `dev_insurance_command_center`.`silver`.`members_current` m ON m.member_id = r.member_id
),
-- Few records are delivered more than once. Ranking only those spares sorting all the others.
contested AS (
  SELECT NULLIF(TRIM(call_id), '') AS contested_key
  FROM `dev_insurance_command_center`.`bronze`.`call_center_raw`
  GROUP BY NULLIF(TRIM(call_id), '')
  HAVING COUNT(*) > 1
),
flagged AS (
  SELECT j.*, c.contested_key IS NOT NULL AS is_contested
  FROM judged j
  LEFT JOIN contested c ON c.contested_key = j.call_id
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
        PARTITION BY call_id, reject_reason IS NULL
        ORDER BY
          _source_file DESC,
          _source_modified_at DESC,
          call_timestamp DESC,
          _ingested_at DESC,
          delivered_call_id,
          delivered_member_id,
          delivered_call_date,
          delivered_call_timestamp,
          delivered_call_topic,
          delivered_handle_time_minutes,
          delivered_sentiment,
          delivered_is_repeat_call,
          delivered_prior_digital_attempt,
          delivered_transferred,
          delivered_resolved,
          delivered_sentiment_score,
          delivered_ivr_route,
          delivered_agent_id,
          delivered_wait_seconds,
          delivered_transcript,
          _rescued_data
      ) = 1 THEN 'accepted'
      ELSE 'superseded'
    END AS verdict
  FROM flagged
  WHERE is_contested
)
SELECT
  delivered_call_id AS call_id,
  delivered_member_id AS member_id,
  delivered_call_timestamp AS call_timestamp,
  delivered_call_date AS call_date,
  delivered_call_topic AS call_topic,
  delivered_handle_time_minutes AS handle_time_minutes,
  delivered_sentiment AS sentiment,
  delivered_sentiment_score AS sentiment_score,
  COALESCE(reject_reason, 'superseded_duplicate') AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM decided
WHERE verdict <> 'accepted';
