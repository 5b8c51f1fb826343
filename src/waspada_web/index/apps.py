from django.apps import AppConfig


class IndexConfig(AppConfig):
    name = "waspada_web.index"
    label = "index"
