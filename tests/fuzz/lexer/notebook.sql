-- Databricks notebook source
-- MAGIC %md
-- COMMAND ----------
SELECT 1
-- COMMAND ----------
-- MAGIC x