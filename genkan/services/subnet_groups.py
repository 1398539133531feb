"""ElastiCache's subnet groups can be deleted: moto makes and shows them, and has no word for their
end. A release of it that has one is left as it is."""


def let_subnet_groups_be_deleted() -> None:
    """Give moto's ElastiCache the operation DeleteCacheSubnetGroup, where it lacks it."""
    from moto.core.responses import EmptyResult
    from moto.elasticache.exceptions import CacheSubnetGroupNotFound
    from moto.elasticache.responses import ElastiCacheResponse

    def delete_cache_subnet_group(self: ElastiCacheResponse) -> EmptyResult:
        name = self._get_param("CacheSubnetGroupName")
        if self.elasticache_backend.cache_subnet_groups.pop(name, None) is None:
            raise CacheSubnetGroupNotFound(name)
        return EmptyResult()

    if not hasattr(ElastiCacheResponse, "delete_cache_subnet_group"):
        setattr(ElastiCacheResponse, "delete_cache_subnet_group", delete_cache_subnet_group)  # noqa: B010
