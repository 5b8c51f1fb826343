from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "waspada_web.audit"
    label = "audit"
