from django.apps import AppConfig


class RegionsConfig(AppConfig):
    name = "waspada_web.regions"
    label = "regions"
