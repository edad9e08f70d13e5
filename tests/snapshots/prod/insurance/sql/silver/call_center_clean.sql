



-- Calls, one row a call: typed, latest delivery of each, of known members only, with repeat-call and leakage logic.
-- A materialized view: both rules look at other rows, which may still arrive.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`silver`.`call_center_clean` (
  call_id STRING NOT NULL COMMENT 'Call identifier',
  member_id STRING NOT NULL COMMENT 'Member who called',
  call_date DATE COMMENT 'Date of the call, from its time',
  call_timestamp TIMESTAMP COMMENT 'Time the call arrived',
  call_topic STRING COMMENT 'Topic of the call, in one spelling when it is a known one; Other when the source gives none',
  handle_time_minutes DECIMAL(9, 2) COMMENT 'Minutes from agent pick-up to hang-up',
  is_long_call BOOLEAN COMMENT 'Whether the handle time is above the limit for a long call',
  wait_seconds INT COMMENT 'Seconds from arrival to agent pick-up',
  call_cost DECIMAL(18, 2) COMMENT 'Cost of the call in USD: fixed cost plus handle time',
  sentiment STRING COMMENT 'positive, neutral or negative; from the score when the source gives no such label; NULL when neither is known',
  sentiment_score DECIMAL(4, 2) COMMENT 'Sentiment from -1 to 1; from the label when the source gives no score',
  is_negative BOOLEAN COMMENT 'Whether the call carried negative emotion (label negative); NULL when its sentiment is not known',
  is_strongly_negative BOOLEAN COMMENT 'Whether the sentiment score is at or below the strongly negative threshold; NULL when there is no score',
  transferred BOOLEAN COMMENT 'Whether the call was transferred',
  resolved BOOLEAN COMMENT 'Whether the agent marked the call resolved',
  ivr_route STRING COMMENT 'Route taken in the IVR',
  agent_id STRING COMMENT 'Agent who took the call',
  transcript STRING COMMENT 'Transcript of the call (PHI): for analysts and engineers only' MASK insurance_command_center.silver.mask_transcript,
  previous_call_id STRING COMMENT 'The call of the same member about the same topic before this one',
  hours_since_previous_call DOUBLE COMMENT 'Hours since that call',
  is_repeat BOOLEAN COMMENT 'Whether that call lies within the repeat-call window',
  is_followed_by_repeat BOOLEAN COMMENT 'Whether the member called again about the topic within the repeat-call window: the call was not one-and-done',
  failed_interaction_id STRING COMMENT 'Latest failed digital attempt on the topic within the leakage window before the call',
  minutes_since_failure DOUBLE COMMENT 'Minutes from that attempt to the call',
  is_leakage BOOLEAN COMMENT 'Whether there was such an attempt: the digital journey leaked into the call center',
  is_avoidable BOOLEAN COMMENT 'Whether the attempt lies within the avoidable-call window',
  reported_call_date DATE COMMENT 'Date of the call as the source gives it, for comparison',
  reported_repeat_call BOOLEAN COMMENT 'Repeat-call flag of the source system, for comparison',
  reported_prior_digital_attempt BOOLEAN COMMENT 'Prior-digital-attempt flag of the source system, for comparison',
  has_unreadable_measure BOOLEAN COMMENT 'Whether a number was delivered that is none; such a record is dropped here and kept in call_center_quarantine',
  is_dated_ahead BOOLEAN COMMENT 'Whether the call is dated after its file; such a record is dropped here and kept in call_center_quarantine',
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT call_center_clean_pk PRIMARY KEY (call_id),
  CONSTRAINT call_center_clean_interaction_fk FOREIGN KEY (failed_interaction_id) REFERENCES `insurance_command_center`.`silver`.`digital_interactions_clean` (interaction_id),
  CONSTRAINT call_center_clean_member_fk FOREIGN KEY (member_id) REFERENCES `insurance_command_center`.`silver`.`members_current` (member_id),
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT call_id_present EXPECT (call_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT call_timestamp_present EXPECT (call_timestamp IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT measures_readable EXPECT (NOT has_unreadable_measure) ON VIOLATION DROP ROW,
  CONSTRAINT handle_time_minutes_not_negative EXPECT (COALESCE(handle_time_minutes >= 0, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT sentiment_score_in_range EXPECT (COALESCE(sentiment_score BETWEEN -1 AND 1, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT call_date_plausible EXPECT (COALESCE(
      CAST(call_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    )) ON VIOLATION DROP ROW,
  CONSTRAINT dated_before_file EXPECT (NOT is_dated_ahead) ON VIOLATION DROP ROW,
  CONSTRAINT handle_time_plausible EXPECT (COALESCE(handle_time_minutes <= 480, TRUE)),
  CONSTRAINT topic_known EXPECT (call_topic IN ('Billing', 'ID Card', 'Pharmacy', 'Claims', 'Benefits', 'Provider', 'Enrollment', 'Technical', 'Other')),
  CONSTRAINT sentiment_known EXPECT (is_negative IS NOT NULL),
  CONSTRAINT date_agrees EXPECT (COALESCE(reported_call_date = call_date, TRUE)),
  CONSTRAINT repeat_flag_agrees EXPECT (COALESCE(reported_repeat_call = is_repeat, TRUE))
)
CLUSTER BY (call_date, member_id)
COMMENT 'Calls of known members, one row each, with repeat-call and digital-leakage flags.'
TBLPROPERTIES ("quality" = "silver")
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
  FROM `insurance_command_center`.`bronze`.`call_center_raw`
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
  LEFT JOIN `insurance_command_center`.`silver`.`members_current` m ON m.member_id = r.member_id
),
-- Few records are delivered more than once. Ranking only those spares sorting all the others.
contested AS (
  SELECT NULLIF(TRIM(call_id), '') AS contested_key
  FROM `insurance_command_center`.`bronze`.`call_center_raw`
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
),
-- Rejected records pass, for the expectations above to drop and count; they are nobody's neighbours.
latest AS (
  SELECT
    *,
    LAG(call_id) OVER neighbours AS previous_call_id,
    TIMESTAMPDIFF(SECOND, LAG(call_timestamp) OVER neighbours, call_timestamp) AS seconds_since_previous,
    TIMESTAMPDIFF(SECOND, call_timestamp, LEAD(call_timestamp) OVER neighbours) AS seconds_to_next
  FROM decided
  WHERE verdict <> 'superseded'
  WINDOW neighbours AS (PARTITION BY verdict, member_id, call_topic ORDER BY call_timestamp, call_id)
),
-- The latest failed digital attempt on the topic before each call. The equality on member and topic
-- keeps the candidates few; the window decides among them.
failures AS (
  SELECT
    l.call_id,
    d.interaction_id,
    TIMESTAMPDIFF(SECOND, d.interaction_timestamp, l.call_timestamp) AS seconds_since_failure
  FROM latest l
  INNER JOIN `insurance_command_center`.`silver`.`digital_interactions_clean` d
    ON d.member_id = l.member_id
    AND d.call_topic = l.call_topic
    AND d.is_failure
    AND d.interaction_timestamp <= l.call_timestamp
    AND TIMESTAMPDIFF(SECOND, d.interaction_timestamp, l.call_timestamp) <= 24 * 3600
  WHERE l.verdict = 'accepted'
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY l.call_id
    ORDER BY d.interaction_timestamp DESC, d.interaction_id DESC
  ) = 1
),
scored AS (
  SELECT
    * EXCEPT (sentiment_score),
    CAST(COALESCE(
      sentiment_score,
      CASE sentiment_label
        WHEN 'positive' THEN 0.5
        WHEN 'neutral' THEN 0.0
        WHEN 'negative' THEN -0.7
      END
    ) AS DECIMAL(4, 2)) AS sentiment_score
  FROM latest
),
labelled AS (
  SELECT
    *,
    COALESCE(
      CASE WHEN sentiment_label IN ('positive', 'neutral', 'negative') THEN sentiment_label END,
      CASE
        WHEN sentiment_score <= -0.25 THEN 'negative'
        WHEN sentiment_score >= 0.25 THEN 'positive'
        WHEN sentiment_score IS NOT NULL THEN 'neutral'
      END
    ) AS sentiment
  FROM scored
)
SELECT
  c.call_id,
  c.known_member_id AS member_id,
  c.call_date,
  c.call_timestamp,
  c.call_topic,
  c.handle_time_minutes,
  COALESCE(c.handle_time_minutes > 20, FALSE) AS is_long_call,
  c.wait_seconds,
  CAST(12.50 + 0.75 * COALESCE(c.handle_time_minutes, 0) AS DECIMAL(18, 2)) AS call_cost,
  c.sentiment,
  c.sentiment_score,
  c.sentiment = 'negative' AS is_negative,
  c.sentiment_score <= -0.5 AS is_strongly_negative,
  c.transferred,
  c.resolved,
  c.ivr_route,
  c.agent_id,
  c.transcript,
  c.previous_call_id,
  ROUND(c.seconds_since_previous / 3600, 2) AS hours_since_previous_call,
  -- A call in the very same second is the same contact, not a repeat.
  COALESCE(
    c.seconds_since_previous > 0 AND c.seconds_since_previous <= 7 * 86400,
    FALSE
  ) AS is_repeat,
  COALESCE(
    c.seconds_to_next > 0 AND c.seconds_to_next <= 7 * 86400,
    FALSE
  ) AS is_followed_by_repeat,
  f.interaction_id AS failed_interaction_id,
  ROUND(f.seconds_since_failure / 60, 1) AS minutes_since_failure,
  f.interaction_id IS NOT NULL AS is_leakage,
  COALESCE(f.seconds_since_failure <= 30 * 60, FALSE) AS is_avoidable,
  c.reported_call_date,
  c.reported_repeat_call,
  c.reported_prior_digital_attempt,
  c.has_unreadable_measure,
  c.is_dated_ahead,
  c._source_file
FROM labelled c
LEFT JOIN failures f ON f.call_id = c.call_id AND c.verdict = 'accepted';
