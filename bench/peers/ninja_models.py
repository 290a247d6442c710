"""The tables as Django models, for the django-ninja peer."""

from django.db import models


class Organization(models.Model):
    id = models.TextField(primary_key=True)
    realm = models.TextField()

    class Meta:
        app_label, db_table, managed = "bench", "organizations", False


class ApiKey(models.Model):
    id = models.TextField(primary_key=True)
    organization = models.ForeignKey(Organization, models.DO_NOTHING)
    scopes = models.TextField()
    hash = models.TextField()
    expires_at = models.BigIntegerField(null=True)
    revoked_at = models.BigIntegerField(null=True)

    class Meta:
        app_label, db_table, managed = "bench", "api_keys", False


class Agent(models.Model):
    id = models.TextField(primary_key=True)
    organization_id = models.TextField()

    class Meta:
        app_label, db_table, managed = "bench", "agents", False


class Line(models.Model):
    id = models.TextField(primary_key=True)
    realm = models.TextField()
    number = models.TextField()
    line_type = models.TextField()
    monthly_fee = models.BigIntegerField()
    sms_send = models.SmallIntegerField()
    sms_recv = models.SmallIntegerField()
    status = models.TextField()
    available_from = models.BigIntegerField(null=True)

    class Meta:
        app_label, db_table, managed = "bench", "lines", False


class Number(models.Model):
    id = models.TextField(primary_key=True)
    organization_id = models.TextField()
    realm = models.TextField()
    number = models.TextField()
    canonical = models.TextField()
    provider = models.TextField()
    status = models.TextField()
    line_id = models.TextField(null=True)
    start_at = models.BigIntegerField()
    created_at = models.BigIntegerField()
    updated_at = models.BigIntegerField()
    monthly_fee = models.BigIntegerField(null=True)
    address = models.TextField(null=True)
    inbound_trunk_id = models.TextField(null=True)
    outbound_trunk_id = models.TextField(null=True)
    inbound_agent_id = models.TextField(null=True)
    inbound_version = models.TextField(null=True)
    outbound_agent_id = models.TextField(null=True)
    outbound_version = models.TextField(null=True)
    memo = models.TextField(null=True)
    end_at = models.BigIntegerField(null=True)
    cancel_requested_at = models.BigIntegerField(null=True)
    revision = models.BigIntegerField()

    class Meta:
        app_label, db_table, managed = "bench", "telephone_numbers", False
