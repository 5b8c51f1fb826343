from django.apps import AppConfig


class ElectionsConfig(AppConfig):
    name = "waspada_web.elections"
    label = "elections"
