"""What every app may use and nothing depends on: no models here, and no import of an app."""
