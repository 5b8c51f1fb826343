from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "waspada_web.collection"
    label = "collection"
