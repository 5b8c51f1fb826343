from django.apps import AppConfig


class PublicationConfig(AppConfig):
    name = "waspada_web.publication"
    label = "publication"
