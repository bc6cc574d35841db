"""A typed, async client SDK for AWS CodePipeline."""
