"""A local CodePipeline service."""
